/** The options of the app that serves a document and its page. */

import type { OpenAPIOptions } from './document.ts'
import type { OpenAPIInfo } from './types.ts'
import type { OpenAPIPage } from './viewers.ts'

/** What the API is called, and how its document is made and shown. */
export interface OpenAPIAppOptions extends OpenAPIInfo, Omit<OpenAPIOptions, 'version'> {
  /** The version of OpenAPI: '3.1', or '3.2', which describes the items of streams ('3.1'). */
  openapi?: '3.1' | '3.2'
  /** The page at `/`, or false for none (the first of these whose package is installed). */
  page?: OpenAPIPage | false
  /**
   * Where the files of the page's package are, such as
   * 'https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/' (where it is installed).
   */
  url?: string | URL
}
