// A gallery that was an application of Starlette: `npm run gallery` starts it. GALLERY_SECRET, of 32 bytes or
// more, keeps sessions valid after a restart. ada and grace log in, each with her own name as the password.
import { serve } from 'stellula/servers/node'
import { app } from './starlette/app.ts'

const server = await serve(app, { port: Number(process.env['PORT'] ?? 8000) })
console.log(`The gallery listens on ${server.url} (Ctrl+C stops it)`)
