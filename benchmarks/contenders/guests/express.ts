// An Express app, bare and mounted: a route of JSON, and one that reads JSON.

import { createServer } from 'node:http'
import express, { type Express } from 'express'
import { fromNode } from 'stellula/interop/fromnode'
import { listen, type Running } from '../../contender.ts'
import { greeting, type Order } from '../../scenarios.ts'
import { host, hostObserved } from './host.ts'

function guest(): Express {
  const app = express()
  app.get('/', (_req, res) => {
    res.json({ message: greeting })
  })
  app.post('/orders', express.json(), (req, res) => {
    const order = req.body as Order
    res.json({ customer: order.customer })
  })
  return app
}

export function bare(): Promise<Running> {
  return listen(createServer(guest()))
}

export function mounted(): Promise<Running> {
  return host(fromNode(guest()))
}

export function observed(): Promise<Running> {
  return hostObserved(fromNode(guest()))
}
