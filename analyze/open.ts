// A recording as a library sees it: ask SQL, get plain objects.
import { Database } from './duck.ts';
import { plainValue } from './table.ts';

export interface OpenRecording {
  /** Rows as plain objects; 64-bit integers as numbers (bigint beyond 2^53). */
  sql(query: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

export async function openRecording(dir: string): Promise<OpenRecording> {
  const db = await Database.open(dir);
  await db.allViews();
  return {
    sql: async (query) => (await db.rows(query)).map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, plainValue(v)]))),
    close: () => db.close(),
  };
}
