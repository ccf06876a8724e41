import fc from 'fast-check'
import t from 'tap'
import { formatHTTPDate, parseHTTPDate } from '../../lib/http/dates.ts'

const DATE = 'Thu, 10 Oct 2013 21:40:00 GMT'
const CHANGED = Date.UTC(2013, 9, 10, 21, 40)

t.test('dates are parsed and written', async (t) => {
  const now = Date.UTC(2026, 0, 1)
  const dates: [text: string, time: number | null][] = [
    [DATE, CHANGED],
    ['Thursday, 10-Oct-13 21:40:00 GMT', CHANGED],
    ['Thu Oct 10 21:40:00 2013', CHANGED],
    ['Sun Nov  6 08:49:37 1994', 784_111_777_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 784_111_777_000],
    ['Saturday, 01-Nov-76 00:00:00 GMT', Date.UTC(2076, 10, 1)], // a Sunday: the weekday is ignored
    ['Sunday, 01-Nov-76 00:00:00 GMT', Date.UTC(2076, 10, 1)],
    ['Tuesday, 01-Nov-77 00:00:00 GMT', Date.UTC(1977, 10, 1)],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    ['Wed, 29 Feb 2023 00:00:00 GMT', null],
    ['Fri, 10 Oct 2013 21:40:00 GMT', CHANGED],
    ['Friday, 10-Oct-13 21:40:00 GMT', CHANGED],
    ['Fri Oct 10 21:40:00 2013', CHANGED],
    ['Xyz, 10 Oct 2013 21:40:00 GMT', null],
    ['Thu, 10-Oct-13 21:40:00 GMT', null],
    ['Thu, 10 Oct 2013 24:00:00 GMT', null],
    ['Thu, 10 Oct 2013 21:60:00 GMT', null],
    ['Thu, 10 Oct 2013 21:40:61 GMT', null],
    ['Thu, 10 Okt 2013 21:40:00 GMT', null],
    ['Thu, 10 ctN 2013 21:40:00 GMT', null],
    ['Thu, 10 Oct 2013 21:40:00', null],
    ['Thu, 10 Oct 2013 21:40:00 +0000', null],
    ['thu, 10 oct 2013 21:40:00 gmt', null],
    [`${DATE} `, null],
    ['2013-10-10T21:40:00Z', null],
    ['1381441200', null],
    ['', null],
  ]
  for (const [text, time] of dates) t.equal(parseHTTPDate(text, now), time, text)
  t.equal(parseHTTPDate(DATE), CHANGED, 'by the clock')
})

t.test('formatted dates are parsed back', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      t.equal(parseHTTPDate(formatHTTPDate(seconds * 1000)), seconds * 1000)
    }),
    { numRuns: 200 },
  )
})
