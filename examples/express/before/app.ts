// The shop as an application of Express.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import session from 'express-session'
import helmet from 'helmet'
import { OutOfStock, Products } from '../products.ts'
import { cartRouter } from './cart.ts'
import { contactRouter } from './contact.ts'
import { productRouter } from './products.ts'

export const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  if (error instanceof OutOfStock) response.status(409).json({ error: error.message })
  else if (error.status >= 400 && error.status < 500) {
    response.status(error.status).json({ error: 'The request is malformed.' })
  } else response.status(500).json({ error: 'Internal Server Error' })
}

export function shop(): express.Express {
  const products = new Products()
  const app = express()
  app.use(helmet())
  app.use(session({ secret: 'change me', resave: false, saveUninitialized: false }))
  app.use('/products', productRouter(products))
  app.use('/cart', cartRouter(products))
  app.use('/contact', contactRouter())
  app.use('/public', express.static('examples/express/public'))
  app.get('/bug', () => {
    throw new Error('a bug')
  })
  app.use((_request, response) => void response.status(404).json({ error: 'Not Found' }))
  app.use(answerError)
  return app
}

export interface Started {
  readonly url: string | undefined
  readonly close: () => Promise<unknown>
}

export async function start(port: number): Promise<Started> {
  const server: Server = createServer(shop()).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url, close }
}
