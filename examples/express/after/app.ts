// The shop after the move: nothing of Express is left.
import { Application, Mount, Route } from 'stellula'
import { secureHeaders } from 'stellula/middleware/secureheaders'
import { sessions } from 'stellula/middleware/sessions'
import { serve } from 'stellula/servers/node'
import { StaticFiles } from 'stellula/staticfiles'
import { memoryStore } from 'stellula/stores'
import { Products } from '../products.ts'
import { cartRoutes } from './cart.ts'
import { contactRoutes } from './contact.ts'
import { errorAnswers } from './errors.ts'
import { productRoutes } from './products.ts'

export function shop(): Application {
  const products = new Products()
  return Application({
    middleware: [secureHeaders(), sessions({ store: memoryStore() })],
    exceptionHandlers: errorAnswers,
    routes: [
      ...productRoutes(products),
      ...cartRoutes(products),
      ...contactRoutes,
      Mount('/public', StaticFiles({ directory: 'examples/express/public' })),
      Route('/bug', () => {
        throw new Error('a bug')
      }),
    ],
  })
}

export function start(port: number) {
  return serve(shop(), { port })
}
