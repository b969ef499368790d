/** Text as PDFium gives it, with plain line ends and nothing that cannot be shown (U+FFFE marks a broken word). */
export function readable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\ufffe\n?/g, '')
    .replace(/(?![\n\t])[\p{Cc}\p{Cs}\p{Cn}]/gu, '')
    .normalize('NFC');
}
