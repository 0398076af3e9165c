/** Packed columns, as src/bobae/api/packing.py writes them: read where they lie, without copying. */

export type Column = Float64Array | Uint32Array | Uint8Array
export interface Packed {
  header: Record<string, unknown>
  columns: Map<string, Column>
}
interface Listed {
  name: string
  kind: 'f64' | 'u32' | 'u8'
  at: number
  rows: number
}
const KINDS = { f64: Float64Array, u32: Uint32Array, u8: Uint8Array }

export function unpacked(buffer: ArrayBuffer): Packed {
  const length = new DataView(buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as Record<string, unknown>
  const columns = new Map<string, Column>()
  for (const { name, kind, at, rows } of header.columns as Listed[]) columns.set(name, new KINDS[kind](buffer, 8 + length + at, rows))
  return { header, columns }
}
