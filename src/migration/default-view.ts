/** Days and months of the progress report. */
export const defaultView = { days: 30, inactiveAfter: 12 };
