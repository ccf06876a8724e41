/** Dates in header fields (RFC 9110 section 5.6.7). */

/**
 * Writes a time in milliseconds since 1970 as an HTTP date.
 *
 * @example
 * formatHTTPDate(1_381_441_200_000) // 'Thu, 10 Oct 2013 21:40:00 GMT'
 */
export function formatHTTPDate(time: number): string {
  return new Date(time).toUTCString()
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const IMF = /^(\w{3}), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/
const RFC850 = /^(\w{6,9}), (\d\d)-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/
const ASCTIME = /^(\w{3}) (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/

/**
 * Parses an HTTP date in one of the three forms of RFC 9110 section 5.6.7.
 *
 * @param now The reference for two-digit years, which are never more than 50 years ahead (the current
 * time), in milliseconds since 1970.
 * @returns Milliseconds since 1970, or null for an invalid date. A wrong day of the week is ignored,
 * because the rest determines the date.
 * @example
 * parseHTTPDate('Thu, 10 Oct 2013 21:40:00 GMT') // 1_381_441_200_000
 */
export function parseHTTPDate(text: string, now: number = Date.now()): number | null {
  const imf = IMF.exec(text)
  if (imf) return toTime(imf[1], imf[4], imf[3], imf[2], imf.slice(5))
  const old = RFC850.exec(text)
  if (old) {
    const year = fullYear(Number(old[4]), new Date(now).getUTCFullYear())
    return toTime(old[1], year, old[3], old[2], old.slice(5), DAYS)
  }
  const asc = ASCTIME.exec(text)
  return asc ? toTime(asc[1], asc[7], asc[2], asc[3], asc.slice(4, 7)) : null
}

function fullYear(digits: number, thisYear: number): number {
  const year = thisYear - (thisYear % 100) + digits
  return year > thisYear + 50 ? year - 100 : year
}

const SHORT_DAYS = DAYS.map((day) => day.slice(0, 3))

/**
 * Returns null if the day is not in the calendar, the time is not in the day, or the weekday is unknown.
 */
function toTime(
  weekday = '',
  year: string | number = 0,
  month = '',
  day = '',
  clock: readonly string[] = [],
  weekdays: readonly string[] = SHORT_DAYS,
): number | null {
  const monthIndex = MONTHS.indexOf(month) / 3
  const [hour = 0, minute = 0, second = 0] = clock.map(Number)
  if (hour > 23 || minute > 59 || second > 60) return null
  const date = new Date(0)
  date.setUTCFullYear(Number(year), monthIndex, Number(day))
  if (date.getUTCMonth() !== monthIndex || !weekdays.includes(weekday)) return null
  return date.setUTCHours(hour, minute, second)
}
