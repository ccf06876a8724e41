// What was an error middleware: a handler for each kind of error.
import { HTTPException, JSONResponse, type Request } from 'stellula'
import { OutOfStock } from '../products.ts'

export const errorAnswers = [
  [OutOfStock, (_request: Request, { message }: OutOfStock) => answer(409, message)],
  [HTTPException, (_request: Request, { status, detail }: HTTPException) => answer(status, detail)],
  [500, () => answer(500, 'Internal Server Error')],
] as const

function answer(status: number, error: string): JSONResponse {
  return new JSONResponse({ error }, { status })
}
