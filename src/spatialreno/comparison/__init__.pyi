from .districts.district import STATES as STATES
from .districts.district import District as District
from .districts.run import compare_areas as compare_areas
from .options import Comparison as Comparison
from .people import People as People
from .people import gather_people as gather_people
from .run import compare as compare
from .write import write_postgis_results as write_postgis_results
