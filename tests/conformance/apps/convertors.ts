/** Two convertors of our own; imported before the routes that use them. */
import { registerConvertor } from '../../../lib/convertors.ts'

declare module '../../../lib/convertors.ts' {
  interface Convertors {
    day: Date
    lower: string
  }
}

registerConvertor('day', {
  pattern: /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
  convert: (text) => {
    const date = new Date(`${text}T00:00:00Z`)
    // Where there is no such day, the date is invalid or another one: 30 February is 1 March.
    if (dateToText(date) !== text) throw new RangeError(`there is no day ${text}`)
    return date
  },
  toText: (date: Date | string) => (typeof date === 'string' ? date : dateToText(date)),
})

registerConvertor('lower', {
  pattern: /[a-z]+/,
  convert: (text) => text.toUpperCase(),
  toText: (value) => value.toLowerCase(),
})

function dateToText(date: Date): string {
  return date.toISOString().slice(0, 10)
}
