import DOMPurify from 'dompurify';
import { Marked } from 'marked';

/** HTML in it is shown as it was typed; pictures are named, never fetched. */
const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ text, href }) => escape(text || href),
  },
});

const TAGS = [
  'a', 'p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li',
  'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
]; // prettier-ignore

const purifier = DOMPurify();
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return;
  node.setAttribute('rel', 'noopener noreferrer nofollow ugc');
  node.setAttribute('target', '_blank');
});

/** A stranger's Markdown as HTML that can do nothing but be read and link to http(s). */
export function strangersHtml(markdown: string): string {
  // A page has one h1 and its own h2: theirs begin below.
  const lowered = markdown.replace(/^(#{1,4})(?=\s)/gm, '##$1');
  return purifier.sanitize(marked.parse(lowered, { async: false }), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ['href'],
    ALLOWED_URI_REGEXP: /^https?:\/\//i,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
