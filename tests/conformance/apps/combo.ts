/** The app `combo`: what most sites have around them, together. */
import { Application } from '../../../lib/applications.ts'
import { compress } from '../../../lib/middleware/compress.ts'
import { cors } from '../../../lib/middleware/cors.ts'
import { sessions } from '../../../lib/middleware/sessions.ts'
import { trustedHost } from '../../../lib/middleware/trustedhost.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'

const filler = 'z'.repeat(100)

export const combo: Application = Application({
  routes: [
    Route('/set', ({ session }) => {
      session.data['a'] = 1
      return new PlainTextResponse(filler)
    }),
    Route('/read', ({ session }) => {
      return new PlainTextResponse(`n=${Object.keys(session.data).length}${filler}`)
    }),
    Route('/plain', () => new PlainTextResponse(filler)),
  ],
  middleware: [
    trustedHost({ allowedHosts: ['testserver'] }),
    cors({ origins: ['https://example.org'], credentials: true }),
    compress({ minSize: 20 }),
    sessions({ secret: 'example of a secret with 32 bytes or more' }),
  ],
})
