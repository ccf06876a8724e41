import { JSONResponse, Route } from 'stellula'
import { Response } from 'stellula/responses'
import type { Session } from 'stellula/sessions'
import type { Product, Products } from '../products.ts'

function cartOf({ data }: Session): Product[] {
  return (data['cart'] ?? []) as Product[]
}

export function cartRoutes(products: Products) {
  return [
    Route('/cart', {
      get: ({ session }) => {
        const items = cartOf(session)
        return new JSONResponse({ items, total: items.reduce((sum, { price }) => sum + price, 0) })
      },
      post: async (request) => {
        const { id } = (await request.json()) as { id?: unknown }
        const product = products.take(Number(id))
        request.session.data['cart'] = [...cartOf(request.session), product]
        return new JSONResponse(product, { status: 201 })
      },
      delete: ({ session }) => {
        session.data['cart'] = []
        return new Response(null, { status: 204 })
      },
    }),
  ] as const
}
