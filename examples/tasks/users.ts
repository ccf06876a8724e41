// Signing up and logging in, and what admins do with users.
import { Route } from 'stellula'
import { rateLimit } from 'stellula/middleware/ratelimit'
import { operation, reply } from 'stellula/operations'
import { links, offsetPage } from 'stellula/pagination'
import { Problem } from 'stellula/problems'
import { layer } from 'stellula/routing'
import * as z from 'zod'
import { admin, caller, TOKEN_SECONDS, tokenFor } from './access.ts'
import { database } from './database.ts'
import { hashPassword, isPassword, nobodys } from './passwords.ts'
import { pageOf } from './rows.ts'
import { type Database, ROLES } from './tables.ts'

/** What is shown of a user; a schema drops what it does not name, as the password. */
const User = z.object({ id: z.int(), name: z.string(), role: z.enum(ROLES) }).meta({ id: 'User' })
const userPages = offsetPage(User)
const Name = z.string().regex(/^[\w.-]{2,40}$/, 'Use 2 to 40 letters, digits and ._-')
const SignUp = z.object({ name: Name, password: z.string().min(10).max(200) })
const LogIn = z.object({ name: Name, password: z.string().max(200) })
const Token = z.object({ token: z.string(), expiresIn: z.int() })

/** Undefined if somebody has that name. */
async function addUser(
  db: Database,
  { name, password }: z.infer<typeof SignUp>,
  role: (typeof ROLES)[number],
) {
  return await db
    .insertInto('users')
    .values({ name, password: await hashPassword(password), role })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
}

/** The first admin is made at startup; it makes others. */
export async function addAdmin(db: Database, password: string): Promise<void> {
  await addUser(db, SignUp.parse({ name: 'admin', password }), 'admin')
}

const guesses = rateLimit({ limits: [{ max: 30, seconds: 60 }] })

/** One statement each, so they need no transaction. */
export const userRoutes = [
  ...layer({ middleware: [guesses] }, [
    Route('/login', {
      post: operation(
        { body: LogIn, use: { db: database }, responses: { 200: Token, 401: Problem } },
        async ({ body: { name, password }, db }) => {
          const query = db.selectFrom('users').selectAll().where('name', '=', name)
          const user = await query.executeTakeFirst()
          const isRight = await isPassword(password, user?.password ?? (await nobodys))
          if (user !== undefined && isRight) {
            return { token: await tokenFor(user), expiresIn: TOKEN_SECONDS }
          }
          const headers = { 'www-authenticate': 'Bearer' }
          return reply(401, { title: 'Wrong name or password' }, { headers })
        },
      ),
    }),
    Route('/signup', {
      post: operation(
        { body: SignUp, use: { db: database }, responses: { 201: User, 409: Problem } },
        async ({ body, db }) => {
          const user = await addUser(db, body, 'user')
          return user === undefined ? reply(409, { title: 'The name is taken' }) : reply(201, user)
        },
      ),
    }),
  ]),
  Route('/me', {
    get: operation({ use: { caller }, responses: { 200: User } }, ({ caller: { user } }) => user),
  }),
  ...layer({ guards: [admin] }, [
    Route('/users', {
      get: operation(
        { query: userPages.query, use: { db: database }, responses: { 200: userPages.page } },
        async ({ request, query, db }) => {
          const page = await pageOf(db.selectFrom('users').selectAll().orderBy('id'), query)
          return reply(200, page, { headers: { link: links(request, page) } })
        },
      ),
    }),
    Route('/users/{id:int}', {
      patch: operation(
        {
          body: z.object({ role: z.enum(ROLES) }),
          use: { db: database },
          responses: { 200: User, 404: Problem },
        },
        async ({ params, body, db }) => {
          const change = db.updateTable('users').set(body).where('id', '=', params.id)
          const user = await change.returningAll().executeTakeFirst()
          return user ?? reply(404, { title: 'No such user' })
        },
      ),
    }),
  ]),
]
