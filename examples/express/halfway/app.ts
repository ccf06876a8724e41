// The shop halfway: the products have moved; cart, contact and files are those of Express, mounted last.
import express from 'express'
import session from 'express-session'
import helmet from 'helmet'
import { Application, Mount, Route } from 'stellula'
import { fromConnect } from 'stellula/interop/fromconnect'
import { fromNode } from 'stellula/interop/fromnode'
import { serve } from 'stellula/servers/node'
import { errorAnswers } from '../after/errors.ts'
import { productRoutes } from '../after/products.ts'
import { answerError, type Started } from '../before/app.ts'
import { cartRouter } from '../before/cart.ts'
import { contactRouter } from '../before/contact.ts'
import { Products } from '../products.ts'

/** What is left of the Express application. */
function remainder(products: Products): express.Express {
  const app = express()
  app.use('/cart', cartRouter(products))
  app.use('/contact', contactRouter())
  app.use('/public', express.static('examples/express/public'))
  app.use((_request, response) => void response.status(404).json({ error: 'Not Found' }))
  app.use(answerError)
  return app
}

export function shop(): Application {
  const products = new Products()
  return Application({
    // Middleware of Express goes around new and old routes alike.
    middleware: [
      fromConnect(helmet()),
      fromConnect(session({ secret: 'change me', resave: false, saveUninitialized: false })),
    ],
    exceptionHandlers: errorAnswers,
    routes: [
      ...productRoutes(products),
      Route('/bug', () => {
        throw new Error('a bug')
      }),
      Mount('/', fromNode(remainder(products))),
    ],
  })
}

export async function start(port: number): Promise<Started> {
  return serve(shop(), { port })
}
