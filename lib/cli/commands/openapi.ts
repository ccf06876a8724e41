/** `stellula openapi`: writes the OpenAPI document of an application. */
import type { Command } from '../command.ts'
import { documentCommand } from '../document.ts'

export const openapiCommand: Command = documentCommand({
  name: 'openapi',
  about:
    'Writes the OpenAPI document of an application, made from the contracts of its operations.',
  make: async (app, info) => (await import('../../openapi/document.ts')).openapi(app, info),
  parts: (document) => ['path', document.paths],
})
