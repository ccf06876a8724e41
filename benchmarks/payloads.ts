// Which bodies are sent to the contenders?

export interface Payload {
  type: string
  body: string | Uint8Array
}

/** Nested like a real order, and padded to 1,024 bytes. */
export function orderOfOneKilobyte(): Payload {
  const lines = Array.from({ length: 10 }, (_, index) => {
    return { article: `article-${index}`, quantity: index + 1, price: 9.99, inStock: true }
  })
  const order = { customer: 'Ada Lovelace', lines, note: '' }
  order.note = 'n'.repeat(1024 - JSON.stringify(order).length)
  return { type: 'application/json', body: JSON.stringify(order) }
}

const boundary = '----FormBoundary7MA4YWxkTrZu0gW'

/** A form as a browser sends it, around a file that is named `file`. */
export function uploadEnvelope(): { type: string; head: string; tail: string } {
  const part = (disposition: string) => {
    return `--${boundary}\r\nContent-Disposition: form-data; ${disposition}`
  }
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    head: [
      `${part('name="title"')}\r\n\r\nA film\r\n`,
      `${part('name="file"; filename="film.mp4"')}\r\nContent-Type: video/mp4\r\n\r\n`,
    ].join(''),
    tail: `\r\n--${boundary}--\r\n`,
  }
}

/** Any byte may come in it, line ends and dashes too, as in a film or a picture. */
export function uploadOf(size: number): Payload {
  const { type, head, tail } = uploadEnvelope()
  return { type, body: Buffer.concat([Buffer.from(head), noise(size), Buffer.from(tail)]) }
}

/** The same bytes each time, by a linear congruential generator. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = 1
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

export const fieldCount = 100_000

export function manyFields(): Payload {
  const fields = Array.from({ length: fieldCount }, (_, index) => `field${index}=value+${index}`)
  return { type: 'application/x-www-form-urlencoded', body: fields.join('&') }
}

/** The name of the last of the fields, and its value. */
export const lastField: { name: string; value: string } = {
  name: `field${fieldCount - 1}`,
  value: `value ${fieldCount - 1}`,
}
