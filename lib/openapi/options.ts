/** The options of the app that serves a document and its page. */

import type { OpenAPIOptions } from './document.ts'
import type { OpenAPIInfo } from './types.ts'
import type { OpenAPIPage } from './viewers.ts'

/** The title and version of the API, and the options of its document and page. */
export interface OpenAPIAppOptions extends OpenAPIInfo, Omit<OpenAPIOptions, 'version'> {
  /** The version of OpenAPI: '3.1', or '3.2', which describes the items of streams ('3.1'). */
  openapi?: '3.1' | '3.2'
  /** The page at `/`, or false for none (the first of these whose package is installed). */
  page?: OpenAPIPage | false
  /**
   * The URL of the files of the page's package, such as
   * 'https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/' (the installed package).
   */
  url?: string | URL
}
