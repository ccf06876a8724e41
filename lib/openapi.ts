/** OpenAPI documents of applications, made from the contracts of their operations. */
export { OpenAPI } from './openapi/app.ts'
export { type OpenAPIOptions, openapi } from './openapi/document.ts'
export type { OpenAPIAppOptions } from './openapi/options.ts'
export type * from './openapi/types.ts'
export type { OpenAPIPage } from './openapi/viewers.ts'
