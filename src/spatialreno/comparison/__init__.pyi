from .options import Comparison as Comparison
from .people import People as People
from .people import gather_people as gather_people
from .run import compare as compare
from .works import with_works as with_works
from .write import write_postgis_results as write_postgis_results
