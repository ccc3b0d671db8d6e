/** Teams are measured over the metrics' own windows for the last half year. */
export const TEAM_WEEKS = 26

/** Sources for the last two years. */
export const SOURCE_WEEKS = 104
