// The application: who may call what, and how errors are answered.
import { Application, Mount } from 'stellula'
import { OpenAPI } from 'stellula/openapi'
import { problemDetails } from 'stellula/problems'
import { layer } from 'stellula/routing'
import { caller } from './access.ts'
import { attachmentRoutes } from './attachments.ts'
import { database } from './database.ts'
import { siteRoutes } from './site.ts'
import { taskRoutes } from './tasks.ts'
import { addAdmin, userRoutes } from './users.ts'

/** A server that cannot reach its database does not start. */
async function* lifespan(app: Application) {
  const db = await database.of({ app })
  const { ADMIN_PASSWORD } = process.env
  if (ADMIN_PASSWORD !== undefined) await addAdmin(db, ADMIN_PASSWORD)
  yield {}
}

/** What a typed client calls. */
export const api = [
  ...userRoutes,
  ...layer({ guards: [caller] }, [...taskRoutes, ...attachmentRoutes]),
] as const

export const app = Application({
  lifespan,
  routes: [...api, ...siteRoutes, Mount('/docs', OpenAPI({ title: 'Tasks', version: '1.0.0' }))],
  exceptionHandlers: [...problemDetails()],
  cacheControl: 'no-store',
  bodyLimit: 100_000,
})
