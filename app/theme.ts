import { cookies } from 'next/headers'
import { z } from 'zod'

const Theme = z.enum(['light', 'dark']).optional().catch(undefined)

/** What the reader chose; undefined leaves it to the system. */
export async function chosenTheme(): Promise<'light' | 'dark' | undefined> {
  return Theme.parse((await cookies()).get('theme')?.value)
}
