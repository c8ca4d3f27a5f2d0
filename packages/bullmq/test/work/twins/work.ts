export const twin = (): string => "ts";
