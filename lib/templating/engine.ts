/** The interface of template engines: they render templates by name. */
import type { HTML } from '../html.ts'
import type { StreamSource } from '../responses/streaming.ts'

/** The output of an engine: text, HTML, or a stream of text. */
export type Rendered = string | HTML | StreamSource

/** The part of an engine that is used. The engines of Eta and Nunjucks need no adapter. */
export interface TemplateEngine {
  render(name: string, context: Record<string, unknown>): Rendered | Promise<Rendered>
}
