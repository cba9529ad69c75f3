/** Sentences that work as they are, also without a model. */
export const IDEAS = [
  { title: 'Link shortener', prompt: 'A link shortener that counts clicks' },
  { title: 'To-do list', prompt: 'A todo list API with title, due date and done' },
  { title: 'QR codes', prompt: 'Make QR codes from text' },
  { title: 'Unit converter', prompt: 'Convert units of length, weight and temperature' },
  { title: 'Text statistics', prompt: 'Count words, sentences and reading time of a text' },
  { title: 'Guest book', prompt: 'A guest book with name, message and rating from 1 to 5' },
] as const;
