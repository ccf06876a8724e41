/** `stellula asyncapi`: writes the AsyncAPI document of an application. */
import type { Command } from '../command.ts'
import { documentCommand } from '../document.ts'

export const asyncapiCommand: Command = documentCommand({
  name: 'asyncapi',
  about:
    'Writes the AsyncAPI document of an application, made from the messages of its websockets.',
  make: async (app, info) => (await import('../../asyncapi/document.ts')).asyncapi(app, info),
  parts: (document) => ['channel', document.channels],
})
