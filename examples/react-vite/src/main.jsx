import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useClassifier } from 'trainyard/react';

function Reader() {
  const { status, progress, error, classify } = useClassifier('model.onnx');
  const [answer, setAnswer] = useState('');

  async function read(file) {
    const { label, probability } = await classify(file);
    setAnswer(`${label}, ${(100 * probability).toFixed(1)} %`);
  }

  if (status === 'error') return <p>{error.message}</p>;
  if (status === 'loading') return <progress value={progress} aria-label="Loading the model" />;
  return (
    <label>
      A picture of a digit{' '}
      <input
        type="file"
        accept="image/*"
        onChange={({ target }) => read(target.files[0]).catch((error) => setAnswer(error.message))}
      />
      <output>{answer}</output>
    </label>
  );
}

createRoot(document.querySelector('main')).render(
  <StrictMode>
    <Reader />
  </StrictMode>,
);
