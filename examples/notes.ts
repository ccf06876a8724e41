// A whole API in one small file: notes in memory, with validation, roles, pages and problem documents.
// `npm run notes` starts it. Its users are "ada", who reads and writes, and "bob", who reads:
// curl -H 'authorization: Bearer token-of-ada' http://127.0.0.1:8000/notes
import { Application, Route } from 'stellula'
import { SimpleUser } from 'stellula/authentication'
import { bearerIdentity } from 'stellula/middleware/bearerauth'
import { operation, reply } from 'stellula/operations'
import { links, offsetPage } from 'stellula/pagination'
import { Problem, problemDetails } from 'stellula/problems'
import { layer } from 'stellula/routing'
import { serve } from 'stellula/servers/node'
import * as z from 'zod'

const NewNote = z.object({ title: z.string().min(1).max(100), text: z.string().default('') })
const Note = NewNote.extend({ id: z.int(), author: z.string() })
const pages = offsetPage(Note)

const notes = new Map<number, z.infer<typeof Note>>()
let lastId = 0

const caller = bearerIdentity({
  tokens: {
    'token-of-ada': { user: new SimpleUser('ada'), scopes: ['read', 'write'] },
    'token-of-bob': { user: new SimpleUser('bob'), scopes: ['read'] },
  },
})
const writer = caller.requiring('write')

function noteOf(id: number) {
  const note = notes.get(id)
  if (note === undefined) throw new Problem({ status: 404, title: 'No such note' })
  return note
}

const routes = layer({ guards: [caller] }, [
  Route('/notes', {
    get: operation(
      { query: pages.query, responses: { 200: pages.page } },
      ({ request, query: { limit, offset } }) => {
        const items = [...notes.values()].slice(offset, offset + limit)
        const page = { items, limit, offset, total: notes.size }
        return reply(200, page, { headers: { link: links(request, page) } })
      },
    ),
    post: operation(
      { guards: [writer], use: { caller }, body: NewNote, responses: { 201: Note } },
      ({ body, caller: { user } }) => {
        const note = { ...body, id: ++lastId, author: user.username }
        notes.set(note.id, note)
        return reply(201, note, { headers: { location: `/notes/${note.id}` } })
      },
    ),
  }),
  Route('/notes/{id:int}', {
    get: operation({ responses: { 200: Note, 404: Problem } }, ({ params }) => noteOf(params.id)),
    put: operation(
      { guards: [writer], body: NewNote, responses: { 200: Note, 404: Problem } },
      ({ params, body }) => Object.assign(noteOf(params.id), body),
    ),
    delete: operation(
      { guards: [writer], responses: { 204: null, 404: Problem } },
      ({ params }) => {
        notes.delete(noteOf(params.id).id)
      },
    ),
  }),
])

const app = Application({ routes, exceptionHandlers: [...problemDetails()] })
const server = await serve(app, { port: Number(process.env['PORT'] ?? 8000) })
console.log(`The notes listen on ${server.url} (Ctrl+C stops it)`)
