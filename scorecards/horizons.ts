/** Teams are measured over the metrics' own windows for the last half year. */
export const TEAM_WEEKS = 26

/** Paths, all teams together, and sources for the last two years. */
export const HISTORY_WEEKS = 104

/** Weeks, months and fiscal quarters of delivery for the last three years. */
export const CALENDAR_WEEKS = 156
