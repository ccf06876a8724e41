// What do eight middleware cost with Express?

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import compression from 'compression'
import session from 'cookie-session'
import cors from 'cors'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import morgan from 'morgan'
import { listen, type Running } from '../../contender.ts'
import { foreignOrigin, visitor } from '../../scenarios.ts'
import { sink } from '../../sink.ts'

// ETag is on by default.
const app = express()
app.use((_req, res, next) => {
  res.setHeader('X-Request-Id', randomUUID())
  next()
})
app.use(morgan('combined', { stream: sink }))
app.use(helmet())
app.use(cors({ origin: [foreignOrigin], credentials: true }))
app.use(rateLimit({ limit: 1e9, windowMs: 60_000, legacyHeaders: false, standardHeaders: true }))
app.use(session({ secret: 'a secret of the benchmarks, not of anybody' }))
app.use(compression())

app.get('/', (req, res) => {
  res.json({ user: req.session?.['user'] })
})
app.get('/lines', (_req, res) => {
  res.json({ lines: sink.lines })
})
app.post('/login', (req, res) => {
  req.session = visitor
  res.json({})
})

export function start(): Promise<Running> {
  return listen(createServer(app))
}
