/** Components of JSX as templates: functions of the context, by name. */
import { must, wrong } from '../internal/must.ts'
import { nearest } from '../internal/nearest.ts'
import type { Rendered, TemplateEngine } from './engine.ts'

/** Makes an element of the context of a template, or a promise of one. */
// biome-ignore lint/suspicious/noExplicitAny: each component takes the context that its handlers give
export type Component<Element> = (context: any) => Element | Promise<Element>

/**
 * An engine of components, for `templates()`. The elements are those of any library of JSX, and `render` is
 * its function that writes them: `renderToString` of `preact-render-to-string`, `renderToReadableStream` of
 * `react-dom/server` or `hono/jsx/streaming`. What renders to a stream is sent while it is rendered, and is
 * cancelled when the client leaves.
 *
 * The libraries escape text. A doctype belongs into `render` where the library writes none.
 *
 * @param pages The components by the names of the templates.
 * @throws TypeError if `pages` or `render` is invalid; while rendering, if there is no component of a name.
 * @example
 * const pages = { hello: ({ name }: { name: string }) => ['p', name] as const }
 * const write = ([tag, text]: readonly [string, string]) => `<${tag}>${escapeHTML(text)}</${tag}>`
 * const page = templates(components(pages, write))
 * const answer = await page(request, 'hello', { name: 'Ada' })
 */
export function components<Element>(
  pages: Readonly<Record<string, Component<Element>>>,
  render: (element: Element) => Rendered | Promise<Rendered>,
): TemplateEngine {
  const isRender = typeof render === 'function'
  must('components', isRender, 'render must be a function', render, 'Pass renderToString')
  const areObject = typeof pages === 'object' && pages !== null
  must('components', areObject, 'pages must be an object', pages, 'Write { home: Home }')
  for (const [name, page] of Object.entries(pages)) {
    const what = `the component ${JSON.stringify(name)} must be a function`
    must('components', typeof page === 'function', what, page, 'Write (context) => element')
  }
  return {
    async render(name, context) {
      const page = Object.hasOwn(pages, name) ? pages[name] : undefined
      if (page === undefined) throw unknown(name, Object.keys(pages))
      return render(await page(context))
    },
  }
}

function unknown(name: string, known: readonly string[]): TypeError {
  const near = nearest(name, known)
  const fix = near === undefined ? `Known are ${known.join(', ')}` : `Did you mean "${near}"`
  return wrong('components', 'there must be a component of that name', name, fix)
}
