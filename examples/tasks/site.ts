// The page of the tasks: HTML, a style sheet and modules, and the client from the package itself.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Mount, Route } from 'stellula'
import { secureHeaders } from 'stellula/middleware/secureheaders'
import { FileResponse, HTMLResponse } from 'stellula/responses'
import { layer } from 'stellula/routing'
import { StaticFiles } from 'stellula/staticfiles'

const html = readFileSync('examples/tasks/page/index.html', 'utf8')
const client = fileURLToPath(import.meta.resolve('stellula/client'))

/** The only script that is written in the page says where modules are; the policy knows it by its hash. */
const [, inline = ''] = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html) ?? []
const hash = createHash('sha256').update(inline).digest('base64')
const policy = secureHeaders({
  contentSecurityPolicy: {
    ...{
      defaultSrc: ["'none'"],
      connectSrc: ["'self'"],
      styleSrc: ["'self'"],
      fontSrc: ["'none'"],
    },
    scriptSrc: ["'self'", `'sha256-${hash}'`],
    upgradeInsecureRequests: false,
  },
  strictTransportSecurity: false,
})

export const siteRoutes = layer({ cacheControl: 'no-cache', middleware: [policy], hidden: true }, [
  Route('/', () => new HTMLResponse(html)),
  Route('/style.css', () => new FileResponse('examples/style.css')),
  Mount('/page', StaticFiles({ directory: fileURLToPath(new URL('./page/', import.meta.url)) })),
  Route('/stellula/client.js', () => new FileResponse(client)),
  Mount('/stellula/client', StaticFiles({ directory: `${dirname(client)}/client` })),
])
