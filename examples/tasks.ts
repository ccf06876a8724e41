// An API as it is in use, and a page for it: users and roles, tasks with search, pages and files, over a
// database. `npm run tasks` starts it with SQLite, and with PostgreSQL if DATABASE_URL says where.
// ADMIN_PASSWORD makes a user "admin", and TASKS_SECRET, of 32 characters or more, keeps tokens valid after
// a restart.
import { serve } from 'stellula/servers/node'
import { app } from './tasks/app.ts'

const server = await serve(app, { port: Number(process.env['PORT'] ?? 8000) })
console.log(`The tasks listen on ${server.url} (Ctrl+C stops it)`)
