// The tasks of a user: made, found by words and pages, changed and removed.
import { sql } from 'kysely'
import { Route } from 'stellula'
import { operation, reply } from 'stellula/operations'
import { links, offsetPage } from 'stellula/pagination'
import { Problem } from 'stellula/problems'
import * as z from 'zod'
import { caller } from './access.ts'
import { transaction } from './database.ts'
import { pageOf } from './rows.ts'
import { STATUSES } from './tables.ts'
import { visibleTask, visibleTasks } from './visible.ts'

/** PostgreSQL has no texts with this character. */
const Text = z.string().regex(/^[^\0]*$/, 'Leave out the character U+0000.')
const Title = Text.trim().min(1).max(200)
const Notes = Text.max(10_000)
const Status = z.enum(STATUSES)
const Due = z.iso.date().nullable()

const NewTask = z.object({
  title: Title,
  notes: Notes.default(''),
  status: Status.default('open'),
  due: Due.default(null),
})
const Changes = z
  .object({ title: Title, notes: Notes, status: Status, due: Due })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'Name a field to change.')
const Task = z
  .object({
    id: z.int(),
    owner: z.int(),
    title: Title,
    notes: Notes,
    status: Status,
    due: Due,
    created: z.iso.datetime(),
  })
  .meta({ id: 'Task' })
const Search = z.object({ q: Text.max(100).optional(), status: Status.optional() })
const taskPages = offsetPage(Task, { filters: Search })

/** Titles and notes that contain a text; capital letters do not matter, nor do % and _. */
function containing(text: string) {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`lower(title || ' ' || notes) like ${pattern} escape '\\'`
}

const needed = { caller, db: transaction }

export const taskRoutes = [
  Route('/tasks', {
    get: operation(
      { query: taskPages.query, use: needed, responses: { 200: taskPages.page } },
      async ({ request, query, caller: { user }, db }) => {
        let rows = visibleTasks(db, user).selectAll().orderBy('id', 'desc')
        if (query.q !== undefined) rows = rows.where(containing(query.q))
        if (query.status !== undefined) rows = rows.where('status', '=', query.status)
        const page = await pageOf(rows, query)
        return reply(200, page, { headers: { link: links(request, page) } })
      },
    ),
    post: operation(
      { body: NewTask, use: needed, responses: { 201: Task } },
      async ({ body, caller: { user }, db }) => {
        const row = { ...body, owner: user.id, created: new Date().toISOString() }
        const made = db.insertInto('tasks').values(row).returningAll()
        const task = await made.executeTakeFirstOrThrow()
        return reply(201, task, { headers: { location: `/tasks/${task.id}` } })
      },
    ),
  }),
  Route('/tasks/{id:int}', {
    get: operation(
      { use: needed, responses: { 200: Task, 404: Problem } },
      ({ params, caller: { user }, db }) => visibleTask(db, user, params.id),
    ),
    patch: operation(
      { body: Changes, use: needed, responses: { 200: Task, 404: Problem } },
      async ({ params, body, caller: { user }, db }) => {
        const { id } = await visibleTask(db, user, params.id)
        const changed = db.updateTable('tasks').set(body).where('id', '=', id).returningAll()
        return await changed.executeTakeFirstOrThrow()
      },
    ),
    delete: operation(
      { use: needed, responses: { 204: null, 404: Problem } },
      async ({ params, caller: { user }, db }) => {
        const { id } = await visibleTask(db, user, params.id)
        await db.deleteFrom('tasks').where('id', '=', id).execute()
      },
    ),
  }),
]
