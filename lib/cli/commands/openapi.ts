/** `stellula openapi`: writes the OpenAPI document of an application. */
import type { OpenAPIDocument } from '../../openapi/types.ts'
import type { Command } from '../command.ts'
import { documentCommand } from '../document.ts'

export const openapiCommand: Command = documentCommand({
  name: 'openapi',
  about:
    'Writes the OpenAPI document of an application, made from the contracts of its operations.',
  make: async (app, info) => (await import('../../openapi/document.ts')).openapi(app, info),
  held: (document) => `${Object.keys((document as OpenAPIDocument).paths).length} paths`,
})
