/** Responses rendered by a template engine: Eta, Nunjucks, or any other engine that renders by name. */

import { HTML } from './html.ts'
import { shown } from './internal/checks.ts'
import { handled } from './internal/handled.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { isSource } from './internal/sources.ts'
import type { Request } from './requests.ts'
import { HTMLResponse } from './responses/bodies.ts'
import type { AnyResponse, MessageTypes, ResponseOptions } from './responses/response.ts'
import { StreamingResponse, type StreamSource } from './responses/streaming.ts'
import type { TemplateEngine } from './templating/engine.ts'
import type { Scope, Send } from './types.ts'

export { type Component, components } from './templating/components.ts'
export type { Rendered, TemplateEngine } from './templating/engine.ts'

/** The variables of a template, by name. */
export type TemplateContext = Readonly<Record<string, unknown>>

/** Returns variables for every template; they override those of a handler. */
export type ContextProcessor = (request: Request) => TemplateContext | Promise<TemplateContext>

export interface TemplatesOptions {
  /** Called for each response, in order (none). */
  contextProcessors?: readonly ContextProcessor[]
}

/**
 * Renders a template to a response.
 *
 * The template sees `context`, `request`, and `urlFor(name, params)`, which returns the absolute URL of a
 * route as text. The media type is text/html unless the options say otherwise.
 */
export type TemplateResponder = (
  request: Request<unknown, unknown>,
  name: string,
  context?: TemplateContext,
  options?: ResponseOptions,
) => Promise<AnyResponse>

/**
 * Returns a function that responds with templates of an engine.
 *
 * The engine decides whether values are escaped: Eta and Nunjucks escape by default, whatever the name
 * of the file. Leave `autoEscape` on, quote attributes, and never render a template that a user
 * wrote, which could run code.
 *
 * A template is rendered before the response starts, so an error in it becomes a 500. If the engine
 * returns an async iterable, it is streamed.
 *
 * @throws TypeError if the engine has no `render`, or a context processor is not a function. The
 * responder rejects with errors of the engine.
 * @example
 * type Page = { name: string; urlFor: (route: string) => string }
 * const pages = {
 *   hello: ({ name, urlFor }: Page) => html`<p>Hello ${name}</p> <a href="${urlFor('login')}">Login</a>`,
 * }
 * const page = templates({ render: (name: 'hello', context: Page) => pages[name](context) })
 * const answer = await page(request, 'hello', { name: 'Ada' }, { status: 201 })
 */
export function templates(
  engine: TemplateEngine,
  options: TemplatesOptions = {},
): TemplateResponder {
  knownOptions('templates', options, 'contextProcessors')
  const { contextProcessors = [] } = options
  assertEngine(engine)
  contextProcessors.forEach(assertProcessor)
  const render: TemplateResponder = async (request, name, given = {}, response = {}) => {
    const context: Record<string, unknown> = { request, urlFor: urlsOf(request), ...given }
    for (const processor of contextProcessors)
      Object.assign(context, await processor(request as Request))
    const rendered: unknown = await engine.render(name, context)
    return respondWith(rendered, { template: name, context }, response)
  }
  return (...given) => handled(render(...given))
}

/** The information of `http.response.debug` for test clients. */
interface DebugInfo extends Record<string, unknown> {
  readonly template: string
  readonly context: TemplateContext
}

function respondWith(rendered: unknown, info: DebugInfo, options: ResponseOptions) {
  if (typeof rendered === 'string') return new TemplateResponse(rendered, info, options)
  if (rendered instanceof HTML && rendered.isWhole) {
    return new TemplateResponse(rendered, info, options)
  }
  // The response checks each chunk.
  if (isSource(rendered)) {
    return new StreamingTemplateResponse(rendered as StreamSource, info, options)
  }
  throw new TypeError(
    `templates: the engine must return text, HTML or a stream for ${JSON.stringify(info.template)}, but returned ${shown(rendered)}. If it takes a callback, wrap it into a promise.`,
  )
}

class TemplateResponse extends HTMLResponse {
  readonly #info: DebugInfo

  constructor(content: string | HTML, info: DebugInfo, options: ResponseOptions) {
    super(content, options)
    this.#info = info
  }

  protected override async transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    await sendDebugInfo(this.#info, send, scope)
    await super.transmit(types, send, scope)
  }
}

class StreamingTemplateResponse extends StreamingResponse {
  static override readonly mediaType: string = HTMLResponse.mediaType
  readonly #info: DebugInfo

  constructor(content: StreamSource, info: DebugInfo, options: ResponseOptions) {
    super(content, options)
    this.#info = info
  }

  protected override async transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    await sendDebugInfo(this.#info, send, scope)
    await super.transmit(types, send, scope)
  }
}

/** Only test clients support this message. */
async function sendDebugInfo(info: DebugInfo, send: Send, scope: Scope): Promise<void> {
  if (scope.type !== 'http' || scope.extensions?.['http.response.debug'] === undefined) return
  await send({ type: 'http.response.debug', info })
}

/** Returns text, which every engine can escape. */
function urlsOf(
  request: Request<unknown, unknown>,
): (name: string, params?: TemplateContext) => string {
  return (name, params = {}) => {
    // Nunjucks passes the arguments of `urlFor('user', id=7)` as an object with this extra key.
    const { __keywords, ...values } = params
    return request.urlFor(name, values).href
  }
}

function assertEngine(engine: TemplateEngine | null | undefined): void {
  if (typeof engine?.render === 'function') return
  throw new TypeError(
    `templates: the engine must have a method render(name, context), ${shown(engine)} was given. Pass new Eta({ views }) or a Nunjucks Environment.`,
  )
}

function assertProcessor(processor: unknown, index: number): void {
  if (typeof processor === 'function') return
  throw new TypeError(
    `templates: every context processor must be a function, but number ${index + 1} is ${shown(processor)}. Write (request) => ({ name: value }).`,
  )
}
