// The pages: the templates of Jinja as they were, rendered by Nunjucks.
import nunjucks from 'nunjucks'
import type { Request } from 'stellula'
import { flashContext } from 'stellula/flash'
import { csrfToken } from 'stellula/middleware/csrf'
import { templates } from 'stellula/templating'

const views = new nunjucks.FileSystemLoader('examples/starlette/views')

export const page = templates(new nunjucks.Environment(views, { autoescape: true }), {
  contextProcessors: [
    flashContext,
    async ({ session, user }) => ({ csrf: await csrfToken(session), user }),
  ],
})

export const notFound = (request: Request) =>
  page(request, 'missing.html', { path: request.url.pathname }, { status: 404 })
