import { HTTPException, JSONResponse, type Request, Route } from 'stellula'
import type { Products } from '../products.ts'

function assertStaff({ headers }: Request): void {
  if (headers.get('x-api-key') !== 'staff') throw new HTTPException(401)
}

export function productRoutes(products: Products) {
  return [
    Route('/products', {
      get: ({ queryParams }) =>
        new JSONResponse(products.search((queryParams.get('q') ?? '').toLowerCase())),
      post: async (request) => {
        assertStaff(request)
        const { name, price } = (await request.json()) as { name?: unknown; price?: unknown }
        const isPrice = typeof price === 'number' && Number.isInteger(price) && price >= 0
        if (typeof name !== 'string' || name === '' || !isPrice) {
          throw new HTTPException(422, 'A product has a name and a price.')
        }
        const product = products.add(name, price)
        return new JSONResponse(product, {
          status: 201,
          headers: { location: `/products/${product.id}` },
        })
      },
    }),
    Route('/products/{id:int}', ({ pathParams }) => {
      const product = products.find(pathParams.id)
      if (product === undefined) throw new HTTPException(404, 'There is no such product.')
      return new JSONResponse(product)
    }),
  ] as const
}
