/** HTML as tagged templates: escaped by default, nested, streamed if they contain promises. */
import { addTo, append, HTML, type HTMLValue, type Part } from './html/markup.ts'
import { placesOf } from './html/places.ts'
import { invalid } from './internal/checks.ts'

export { escapeHTML, HTML, type HTMLValue } from './html/markup.ts'

/**
 * A template tag that escapes its values, except other templates and `raw()` HTML.
 *
 * Values are text, numbers, URLs, other templates, lists of these, and promises or async iterables of these.
 * null, undefined, true and false render nothing, so `${user && html`…`}` works. A template with a promise or
 * an async iterable must be sent by `StreamingResponse`, part by part; any other is content for
 * `HTMLResponse`.
 *
 * Escaping makes text safe between tags and in quoted attributes. Text is refused elsewhere in a tag, in
 * `<script>` and `<style>`, and in `on…` and `srcdoc` attributes, even within a nested template. You must
 * check two dangers yourself: a URL from a user in `href` or `src` may be `javascript:…`, and CSS in `style`
 * may load resources.
 *
 * @throws TypeError if text is in such a place, or a value is of another kind.
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
    const fix = 'Write html`<p>…</p>`, or raw(text) for HTML that you trust'
    throw invalid('html', 'it must be used as a template tag', strings, fix)
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
 * Marks text as HTML, which templates do not escape. Never use it for text from users.
 *
 * @throws TypeError if it is not text.
 * @example
 * html`<script>start(${raw(JSON.stringify({ page: 1 }).replaceAll('<', '\\u003c'))})</script>`
 */
export function raw(text: string): HTML {
  if (typeof text === 'string') return new HTML([text])
  throw invalid('raw', 'the HTML must be text', text, 'Pass other values to html')
}
