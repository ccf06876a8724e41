// Login and logout, by the session.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { RedirectResponse, Route } from 'stellula'
import { SimpleUser } from 'stellula/authentication'
import { flash } from 'stellula/flash'
import type { Backend } from 'stellula/middleware/authentication'
import { rateLimit } from 'stellula/middleware/ratelimit'
import { layer } from 'stellula/routing'
import { page } from './pages.ts'

const derive = promisify<string, Buffer, number, Buffer>(scrypt)
const salt = randomBytes(16)
const hash = (password: string): Promise<Buffer> => derive(password, salt, 32)

const accounts = new Map([
  ['ada', await hash('ada')],
  ['grace', await hash('grace')],
])
const noPassword = randomBytes(32) // an unknown name takes as long as a wrong password

/** The user of a session, for `request.user`. */
export const loggedIn: Backend = ({ session: { data } }) => {
  const { name } = data
  if (typeof name !== 'string' || !accounts.has(name)) return null
  return { user: new SimpleUser(name), scopes: ['member'] }
}

const attempts = rateLimit({ limits: [{ max: 10, seconds: 60 }] })

export const loginRoutes = [
  Route('/login', (request) => page(request, 'login.html'), { name: 'login' }),
  ...layer({ middleware: [attempts] }, [
    Route('/login', {
      post: async (request) => {
        const form = await request.form()
        const name = form.text('name') ?? ''
        const given = await hash(form.text('password') ?? '')
        if (!timingSafeEqual(given, accounts.get(name) ?? noPassword)) {
          return page(request, 'login.html', { error: true, name }, { status: 401 })
        }
        request.session.regenerate() // a new id, against session fixation
        request.session.data['name'] = name
        flash(request, `Welcome, ${name}.`)
        return new RedirectResponse(request.urlFor('home'), { status: 303 })
      },
    }),
  ]),
  Route('/logout', {
    post: (request) => {
      request.session.destroy()
      return new RedirectResponse(request.urlFor('home'), { status: 303 })
    },
  }),
]
