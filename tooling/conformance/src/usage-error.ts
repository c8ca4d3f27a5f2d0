/** What was given cannot be used: the message is all that the user needs. */
export class UsageError extends Error {}
