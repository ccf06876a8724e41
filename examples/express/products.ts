// The products, which know nothing of HTTP: this file does not change when the application moves.
export interface Product {
  readonly id: number
  readonly name: string
  /** In cents. */
  readonly price: number
}

export class OutOfStock extends Error {}

export class Products {
  readonly #all = new Map<number, Product>([
    [1, { id: 1, name: 'Green tea', price: 450 }],
    [2, { id: 2, name: 'Black tea', price: 380 }],
  ])

  search(text: string): Product[] {
    return [...this.#all.values()].filter(({ name }) => name.toLowerCase().includes(text))
  }

  find(id: number): Product | undefined {
    return this.#all.get(id)
  }

  add(name: string, price: number): Product {
    const product = { id: this.#all.size + 1, name, price }
    this.#all.set(product.id, product)
    return product
  }

  /** @throws OutOfStock if there is none left of it. */
  take(id: number): Product {
    const product = this.#all.get(id)
    if (product === undefined) throw new OutOfStock(`Product ${id} is out of stock.`)
    return product
  }
}
