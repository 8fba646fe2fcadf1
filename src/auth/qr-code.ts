import { encode } from 'uqr';

/** Modules of margin (ISO/IEC 18004, section 5.3.8). */
const quietZone = 4;

/** A QR code as the path of its dark modules, in a square of `size` units. */
export function qrCode(text: string): { size: number; path: string } {
  // Medium error correction: screens are clean, but phones are held at an angle.
  const { size, data } = encode(text, { ecc: 'M', border: quietZone });
  return { size, path: data.map(runsOfRow).join('') };
}

/** One rectangle for each run of dark modules: a third of the size of a rectangle for each module. */
function runsOfRow(row: boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    let end = x + 1;
    while (row[end]) end++;
    path += `M${x} ${y}h${end - x}v1H${x}z`;
    x = end;
  }
  return path;
}

/** @returns an SVG document, dark on light in every colour scheme */
export function qrCodeSvg(text: string): string {
  const { size, path } = qrCode(text);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path}"/></svg>`
  );
}
