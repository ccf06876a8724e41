/** OpenAPI documents of applications, made of the contracts of their operations. */
export { type OpenAPIOptions, openapi } from './openapi/document.ts'
export type * from './openapi/types.ts'
