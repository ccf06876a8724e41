// What does the same answer cost with Express?

import { unlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import express, { type Express } from 'express'
import multer, { type StorageEngine } from 'multer'
import { listen, type Running } from '../contender.ts'
import { staticFolder, uploadFolder } from '../files.ts'
import { fieldCount, lastField } from '../payloads.ts'
import {
  chunks,
  greeting,
  mebibytes,
  type Order,
  type PlainScenario,
  resourcePath,
} from '../scenarios.ts'

const apps: Record<PlainScenario, (app: Express) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', (_req, res) => {
      res.json({ message: greeting })
    })
  },
  notfound: addHello,
  param: (app) => {
    app.get('/users/:id', (req, res) => {
      res.json({ id: Number(req.params.id) })
    })
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addMiddleware,
  middleware10async: addMiddleware,
  middleware10sends: addMiddleware,
  post: (app) => {
    app.use(express.json())
    app.post('/orders', (req, res) => {
      const order: Order = req.body
      res.json({ customer: order.customer })
    })
  },
  stream: (app) => {
    app.get('/', (_req, res) => {
      Readable.from(chunks()).pipe(res.type('text/plain'))
    })
  },
  static10k: addStatic,
  static1m: addStatic,
  static304: addStatic,
  range: addStatic,
  upload5m: (app) => addUpload(app, multer.memoryStorage()),
  save5m: (app) => addUpload(app, multer.diskStorage({ destination: uploadFolder })),
  fields: (app) => {
    app.use(express.urlencoded({ limit: '5mb', parameterLimit: fieldCount }))
    app.post('/fields', (req, res) => {
      const fields: Record<string, string> = req.body
      res.json({ count: Object.keys(fields).length, last: fields[lastField.name] })
    })
  },
  down: (app) => {
    app.get('/down/:count', (req, res) => {
      Readable.from(mebibytes(Number(req.params.count))).pipe(res)
    })
  },
  up: (app) => {
    app.post('/up', async (req, res) => {
      let size = 0
      for await (const chunk of req) size += chunk.length
      res.json({ size })
    })
  },
}

function addStatic(app: Express): void {
  app.use('/static', express.static(staticFolder))
}

function addUpload(app: Express, storage: StorageEngine): void {
  const upload = multer({ storage })
  app.post('/uploads', upload.single('file'), async (req, res) => {
    // A path is what the disk storage gives.
    if (req.file?.path !== undefined) await unlink(req.file.path)
    res.json({ size: req.file?.size })
  })
}

function addHello(app: Express): void {
  app.get('/', (_req, res) => {
    res.type('text/plain').send(greeting)
  })
}

/** Express has no promise to wait for: its own idiom is to call on. */
function addMiddleware(app: Express): void {
  for (let index = 0; index < 10; index++) app.use((_req, _res, next) => next())
  addHello(app)
}

function addResources(app: Express, count: number): void {
  for (let resource = 0; resource < count; resource++) {
    app.get(resourcePath(resource, ':id'), (req, res) => {
      res.json({ resource, id: req.params['id'] })
    })
  }
}

export function start(scenario: PlainScenario): Promise<Running> {
  const app = express()
  apps[scenario](app)
  return listen(createServer(app))
}
