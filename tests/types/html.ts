// What can stand in a template, and what an engine must be.
import { type HTML, html } from '../../lib/html.ts'
import { templates } from '../../lib/templating.ts'

export function values(text: string, later: Promise<HTML | null>): void {
  html`${text}${7}${7n}${null}${undefined}${text === '' && html`<p>`}${new URL('http://a')}`
  html`${[text, [7, null]]}${new Set([text])}${later}${(async function* () {
    yield text
  })()}` satisfies HTML

  // @ts-expect-error an object has no text of its own
  html`${{ text }}`
  // @ts-expect-error a date is to be written by the author
  html`${new Date()}`
  // @ts-expect-error a function is to be called
  html`${() => text}`
}

export function engines(): void {
  templates({ render: (name: string) => name })
  templates({ render: async (_name: string, context) => html`${Object.keys(context)}` })
  // @ts-expect-error it gives nothing, but calls back
  templates({ render: (_name: string, _context: object): void => {} })
}
