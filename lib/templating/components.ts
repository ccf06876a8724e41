/** JSX components as templates: functions of the context, by name. */
import { check, invalid } from '../internal/checks.ts'
import { nearest } from '../internal/nearest.ts'
import type { Rendered, TemplateEngine } from './engine.ts'

/** Returns an element for the context that the handlers of its template pass, or a promise of one. */
export type Component<Element> = (context: never) => Element | Promise<Element>

/**
 * Returns an engine that renders components, for `templates()`. Any JSX library can be used: `render` is its
 * function that renders elements, such as `renderToString` of `preact-render-to-string`, or
 * `renderToReadableStream` of `react-dom/server` or `hono/jsx/streaming`. A stream is sent while it is
 * rendered, and is cancelled when the client disconnects.
 *
 * The libraries escape text. If the library writes no doctype, `render` must add it.
 *
 * @param pages The components by the names of the templates.
 * @throws TypeError if `pages` or `render` is invalid; while rendering, if no component has the name.
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
  check('components', isRender, 'render must be a function', render, 'Pass renderToString')
  const areObject = typeof pages === 'object' && pages !== null
  check('components', areObject, 'pages must be an object', pages, 'Write { home: Home }')
  for (const [name, page] of Object.entries(pages)) {
    const what = `the component ${JSON.stringify(name)} must be a function`
    check('components', typeof page === 'function', what, page, 'Write (context) => element')
  }
  return {
    async render(name, context) {
      const page = Object.hasOwn(pages, name) ? pages[name] : undefined
      if (page === undefined) throw unknown(name, Object.keys(pages))
      // Each component declares the context that its handlers pass; the engine cannot know it.
      return render(await page(context as never))
    },
  }
}

function unknown(name: string, known: readonly string[]): TypeError {
  const near = nearest(name, known)
  const fix = near === undefined ? `Known are ${known.join(', ')}` : `Did you mean "${near}"`
  return invalid('components', 'there must be a component of that name', name, fix)
}
