/** Pages as tagged templates: escaped by default, composed of each other, streamed when they wait. */
import { addTo, append, HTML, type HTMLValue, type Part } from './html/markup.ts'
import { placesOf } from './html/places.ts'

export { escapeHTML, HTML, type HTMLValue } from './html/markup.ts'

/**
 * A template whose values are escaped, but for other templates and what `raw` made.
 *
 * Values are texts, numbers, URLs, other templates, lists of these, and promises or async iterables of
 * these; null, undefined, true and false stand for nothing, so that `${user && html`…`}` reads well.
 * With a promise or an async iterable in it, the template is sent while it becomes known, by
 * `StreamingResponse`; without, it is the content of an `HTMLResponse`.
 *
 * Escaping makes text safe between tags and in quoted attributes. Elsewhere in a tag, in `<script>`
 * and `<style>`, and in `on…` and `srcdoc` attributes, text is refused, also in a template that
 * stands there. Two places are yours to check:
 * a URL of a user's in `href` or `src` may be `javascript:…`, and CSS in `style` may load things.
 *
 * @throws TypeError for text in such a place, and for values of another kind.
 * @example
 * const names = ['Ada', '<Grace>']
 * const list = html`<ul class="${'names'}">${names.map((name) => html`<li>${name}</li>`)}</ul>`
 * new HTMLResponse(html`<!doctype html><title>Names</title>${list}`)
 *
 * const slow = Promise.resolve('at last')
 * new StreamingResponse(html`<p>${slow}</p>`, { mediaType: 'text/html' })
 */
export function html(strings: TemplateStringsArray, ...values: HTMLValue[]): HTML {
  if (!Array.isArray(strings) || !('raw' in strings)) {
    throw new TypeError(
      `html: it is a template tag, ${typeof strings} was given. Write html\`<p>\${text}</p>\`, or raw(text) for HTML that you trust.`,
    )
  }
  const places = placesOf(strings)
  const parts: Part[] = []
  const hasText: boolean[] = []
  for (const [index, text] of strings.entries()) {
    append(parts, text)
    hasText.push(addTo(parts, values[index], places[index]))
  }
  return new HTML(parts, { strings, hasText })
}

/**
 * Text that is HTML already, and goes into templates as it is: never what a user wrote.
 *
 * @throws TypeError when it is no text.
 * @example
 * html`<script>start(${raw(JSON.stringify({ page: 1 }).replaceAll('<', '\\u003c'))})</script>`
 */
export function raw(text: string): HTML {
  if (typeof text === 'string') return new HTML([text])
  throw new TypeError(
    `raw: the HTML must be text, ${text === null ? 'null' : typeof text} was given. Pass other values to html, which knows them.`,
  )
}
