/** This share of n starts before the baseline is read, so that fixed costs (code, tables, heap headroom) are in it. */
export const warmUpShare = 0.25;
