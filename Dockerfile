# The app for a class: docker build -t convscope . && docker run --rm -p 8501:8501 convscope
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app
WORKDIR /app

# For several machines: --build-arg LOCK=requirements-serving.lock
ARG LOCK=requirements.lock
COPY ${LOCK} ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --no-compile -r ${LOCK}

# Nobody needs root here; weights that Keras downloads lie in this person's home. A volume for trainings, where there is
# one, takes over whose its place is.
RUN useradd --create-home --uid 1000 convscope && install --directory --owner=convscope /runs
COPY . .
USER convscope

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
