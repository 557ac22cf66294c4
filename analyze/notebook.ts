// What a notebook needs: open a recording, ask SQL, show a vega-lite chart (as the interactive object and as SVG). Built as dist/notebook.cjs.
export { openRecording as open } from './open.ts';

/** A MIME bundle of a vega-lite specification with its rows; for tslab.display.raw or any notebook front end. */
export async function chart(spec: Record<string, unknown>, rows: Record<string, unknown>[]): Promise<Record<string, unknown>> {
  const { compile } = await import('vega-lite'), vega = await import('vega');
  const full = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', width: 520, ...spec, data: { values: rows } };
  const view = new vega.View(vega.parse(compile(full as never).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  return { 'application/vnd.vegalite.v5+json': full, 'image/svg+xml': svg };
}
