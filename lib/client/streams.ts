/** Reads server-sent events and JSON lines as they arrive. */

/** A server-sent event (WHATWG HTML, section 9.2.6). */
export interface ReceivedEvent<Data = unknown> {
  /** The event's type ('message'). */
  readonly event: string
  readonly data: Data
  /** The last id that was sent with an event, for `Last-Event-ID` (''). */
  readonly id: string
  /** The milliseconds to wait before reconnecting, if the event sets them. */
  readonly retry?: number
}

/** The lines of a stream, which may end with CRLF, CR or LF. Leaving the loop cancels the stream. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = stream.pipeThrough(new TextDecoderStream() as Decoder).getReader()
  let rest = ''
  let endsInReturn = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (value === '') continue
      // The previous chunk has already ended the line with a CR.
      const text = endsInReturn && value[0] === '\n' ? value.slice(1) : value
      endsInReturn = value.endsWith('\r')
      const lines = (rest + text).split(/\r\n|\r|\n/)
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  } finally {
    reader.cancel().catch(() => {})
  }
}

type Decoder = ReadableWritablePair<string, Uint8Array>

/** The values of JSON lines. */
export async function* valuesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  for await (const line of linesOf(stream)) if (line !== '') yield JSON.parse(line)
}

/** The events of a stream, whose data is JSON. */
export async function* eventsOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<ReceivedEvent, void> {
  let [id, event, data, retry] = ['', '', [] as string[], '']
  for await (const line of linesOf(stream)) {
    // With the flag, a dot matches U+2028 and U+2029, which JSON allows in texts.
    const [, field, value = ''] = /^([^:]*):? ?(.*)/s.exec(line) ?? []
    if (line !== '') {
      if (field === 'data') data.push(value)
      if (field === 'event') event = value
      if (field === 'id' && !value.includes('\0')) id = value
      if (field === 'retry' && /^\d+$/.test(value)) retry = value
      continue
    }
    if (data.length > 0) {
      const given = JSON.parse(data.join('\n') || 'null')
      yield { event: event || 'message', data: given, id, ...(retry && { retry: Number(retry) }) }
    }
    event = retry = ''
    data = []
  }
}
