'use client';

import { useState } from 'react';
import { useClassifier } from 'trainyard/react';

/** Asks the model twice: here in the browser, and on the server. */
export default function Reader() {
  const { status, error, classify } = useClassifier('/model.onnx');
  const [answers, setAnswers] = useState('');

  async function read(file) {
    const here = await classify(file);
    const there = await (await fetch('/classify', { method: 'POST', body: file })).json();
    setAnswers(`browser: ${here.label}, server: ${there.label}`);
  }

  if (status === 'error') return <p>{error.message}</p>;
  return (
    <label>
      A picture of a digit{' '}
      <input
        type="file"
        accept="image/*"
        onChange={({ target }) => read(target.files[0]).catch((error) => setAnswers(error.message))}
      />
      <output>{answers}</output>
    </label>
  );
}
