/** Forms and uploads: the results of `request.form()` and `request.parts()`. */
export type { FormOptions } from './forms/collect.ts'
export { safeFilename } from './forms/filename.ts'
export { Form, type FormValue } from './forms/form.ts'
export type { PartsOptions } from './forms/limits.ts'
export { Part, type PartBodyOptions } from './forms/parts.ts'
export { type SaveOptions, UploadFile } from './forms/upload.ts'
